# Recordings of whole machines, against the JSON and the screens that are expected.
EXTRA_DIST += tests/fixtures
if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_health_fixtures
tests_unit_test_health_fixtures_SOURCES = tests/unit/test_health_fixtures.c \
	tests/unit/elf_builder.c tests/unit/elf_builder.h \
	tests/unit/health_evidence.c \
	tests/unit/health_expected.c tests/unit/health_expected.h \
	tests/unit/health_fixture.c tests/unit/health_fixture.h \
	tests/unit/health_fixture_files.c tests/unit/health_fixture_files.h \
	tests/unit/event_log_builder.c tests/unit/event_log_builder.h
tests_unit_test_health_fixtures_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_health_fixtures_LDADD = tests/sim/libsim.la healthcheck/libhealthcheck.la \
	$(CMOCKA_LIBS) $(CRYPTO_LIBS)
update-fixtures: tests/unit/test_health_fixtures
	top_srcdir='$(abs_top_srcdir)' TDX_UPDATE_FIXTURES=1 tests/unit/test_health_fixtures
endif
.PHONY: update-fixtures
