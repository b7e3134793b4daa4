# Three Orleans grains on plain AdoNet grain storage: one write each for stock, wallet and order.
contender_project=benchmarks/baselines/GrainStorageOrders
contender_program=Granary.GrainStorageOrders
contender_ready=/health/ready
contender_count_sql="select count(*) from grain_state where type like '%order'"
contender_environment() {
    echo "Seed__Users=$actors" "Seed__Products=$products" "SiloPort=$(free_port)" "GatewayPort=$(free_port)"
}
contender_actors() { plain_actors; }
