# The product with all production features on: tokens, idempotency keys, validation, rate limiter, metrics, logs.
contender_project=src/Api
contender_program=Granary.Api
contender_ready=/health/ready
contender_count_sql="select count(*) from journal where type = 'order.placed'"
admin_password=correct-horse-battery-staple-1
contender_environment() {
    echo Granary__Storage=PostgreSql "Granary__DataDirectory=$workspace/granary-data" \
        Granary__Admin__UserName=admin "Granary__Admin__Password=$admin_password" \
        "Granary__Silo__Port=$(free_port)" "Granary__Silo__GatewayPort=$(free_port)" Granary__RateLimit__PermitsPerSecond=20000
    # A few actors leave everything unpaid. Commits before these limits refuse to start with a setting that they do not know.
    grep -qs MaxOpenOrdersPerUser "${contender_directory:-$artifacts/Api}/Granary.Grains.dll" || return 0
    echo Granary__Orders__MaxOpenOrdersPerUser=0 Granary__Orders__MaxOpenUnitsPerUser=0
    grep -qs MaxConnectionsPerNetwork "${contender_directory:-$artifacts/Api}/Granary.Hosting.dll" || return 0
    echo Granary__Limits__MaxConnectionsPerNetwork=0 Granary__RateLimit__RegistrationsPerMinute=0
}
# Creates users, deposits, products and stock through the public API, as an operator would.
contender_actors() {
    "$artifacts/Runner/Granary.Runner" seed --target "$target" --auth bearer --admin-user admin \
        --admin-password "$admin_password" --users "$actors" --products "$products" --out "$1"
}
