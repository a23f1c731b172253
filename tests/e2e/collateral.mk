# Collateral from a real HTTPS server into a real cache.
if HAVE_FUSE
E2E_TESTS += tests/e2e/collateral.test
else
EXTRA_DIST += tests/e2e/collateral.test
endif
