# Three Orleans grains with transactional state on the same grain storage: order, wallet and stock in one transaction.
contender_project=benchmarks/baselines/GrainTransactionsOrders
contender_program=Granary.GrainTransactionsOrders
contender_ready=/health/ready
# A row appears when the order is prepared, so this also counts orders whose transaction was aborted afterwards.
contender_count_sql="select count(*) from grain_state where type like '%order'"
contender_environment() {
    echo "Seed__Users=$actors" "Seed__Products=$products" "SiloPort=$(free_port)" "GatewayPort=$(free_port)"
}
contender_actors() { plain_actors; }
