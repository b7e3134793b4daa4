# The product without the consumers of its streams: the difference to `granary` in the same run is what they cost.
# shellcheck source=granary.sh
. benchmarks/comparison/contenders/granary.sh
eval "with_consumers_$(declare -f contender_environment)"
contender_environment() {
    with_consumers_contender_environment
    echo Granary__Streams__Deliver=false
}
