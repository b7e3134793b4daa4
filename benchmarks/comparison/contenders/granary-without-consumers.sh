# The product without the consumers of its streams: what they cost is the difference to `granary` in the same run.
# shellcheck source=granary.sh
. benchmarks/comparison/contenders/granary.sh
eval "with_consumers_$(declare -f contender_environment)"
contender_environment() {
    with_consumers_contender_environment
    echo Granary__Streams__Deliver=false
}
