# A whole report of this machine, without the network, beside what it costs to start the program.
# On an ordinary machine it takes some 15 ms; the floor is a few.
BENCH_TARGETS += bench-health
BENCH_HEALTH_RUNS = 50
bench-health: tests/bench/process_bench healthcheck/tdx-healthcheck
	@echo "# health check: name, microseconds, floor, ratio, limit, result"
	@tests/bench/process_bench tdx-healthcheck $(BENCH_HEALTH_RUNS) 40 32768 \
		healthcheck/tdx-healthcheck --no-network --exit-zero -- \
		healthcheck/tdx-healthcheck --version
.PHONY: bench-health
