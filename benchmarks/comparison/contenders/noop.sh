# The upper bound: the endpoint without storage. It has no users, and no orders to count.
contender_project=benchmarks/baselines/NoOp
contender_program=Granary.NoOp
contender_ready=/health/ready
contender_count_sql=""
contender_environment() { :; }
contender_actors() { plain_actors; }
