# tdx-healthcheck on a guest that the simulator stands for.
EXTRA_DIST += tests/e2e/guest.sh
if HAVE_FUSE
E2E_TESTS += tests/e2e/healthcheck.test tests/e2e/health_pccs.test
else
EXTRA_DIST += tests/e2e/healthcheck.test tests/e2e/health_pccs.test
endif

# The metadata service in a network of its own.
if HAVE_CMOCKA
check_PROGRAMS += tests/e2e/metadata_service
tests_e2e_metadata_service_SOURCES = tests/e2e/metadata_service.c tests/unit/metadata_server.c tests/unit/metadata_server.h
tests_e2e_metadata_service_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_e2e_metadata_service_LDADD = $(CMOCKA_LIBS) -lpthread
tests_e2e_metadata_service_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif
E2E_TESTS += tests/e2e/metadata.test

# Package managers.
E2E_TESTS += tests/e2e/packages.test
