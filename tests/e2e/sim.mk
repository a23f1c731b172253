# The simulator before other people's tools: openssl and curl.
if HAVE_FUSE
E2E_TESTS += tests/e2e/sim.test
else
EXTRA_DIST += tests/e2e/sim.test
endif
