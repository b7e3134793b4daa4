# The ceiling: the endpoint without storage. No users, no orders to count.
contender_project=benchmarks/baselines/NoOp
contender_program=Granary.NoOp
contender_ready=/health/ready
contender_count_sql=""
contender_environment() { :; }
contender_actors() { plain_actors; }
