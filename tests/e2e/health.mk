# tdx-healthcheck on a guest that the simulator stands for.
EXTRA_DIST += tests/e2e/guest.sh
if HAVE_FUSE
E2E_TESTS += tests/e2e/healthcheck.test
else
EXTRA_DIST += tests/e2e/healthcheck.test
endif
