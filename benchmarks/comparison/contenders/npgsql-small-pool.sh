# `npgsql` with a pool of 8 connections: the fastest when all orders are for one product, because fewer wait for its row's lock.
# shellcheck source=npgsql.sh
. benchmarks/comparison/contenders/npgsql.sh
contender_environment() { echo "Seed__Users=$actors" "Seed__Products=$products" Pool=8; }
