# ASP.NET Core and Npgsql: one transaction in one round trip per order.
contender_project=benchmarks/baselines/NpgsqlOrders
contender_program=Granary.NpgsqlOrders
contender_ready=/health/ready
contender_count_sql="select count(*) from orders"
contender_environment() { echo "Seed__Users=$actors" "Seed__Products=$products"; }
contender_actors() { plain_actors; }
