if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_rpm_version
tests_unit_test_rpm_version_SOURCES = tests/unit/test_rpm_version.c
tests_unit_test_rpm_version_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_rpm_version_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_ops
tests_unit_test_health_ops_SOURCES = tests/unit/test_health_ops.c
tests_unit_test_health_ops_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_ops_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_pam_stack
tests_unit_test_pam_stack_SOURCES = tests/unit/test_pam_stack.c
tests_unit_test_pam_stack_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_stack_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_gate
tests_unit_test_health_gate_SOURCES = tests/unit/test_health_gate.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_gate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_gate_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_ssh
tests_unit_test_health_ssh_SOURCES = tests/unit/test_health_ssh.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_ssh_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_ssh_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_elf
tests_unit_test_elf_SOURCES = tests/unit/test_elf.c tests/unit/elf_builder.c tests/unit/elf_builder.h
tests_unit_test_elf_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_elf_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_run
tests_unit_test_health_run_SOURCES = tests/unit/test_health_run.c tests/unit/health_rows.c tests/unit/health_rows.h \
	tests/unit/event_log_builder.c tests/unit/event_log_builder.h
tests_unit_test_health_run_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_health_run_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)

UNIT_TESTS += tests/unit/test_health_cloud
tests_unit_test_health_cloud_SOURCES = tests/unit/test_health_cloud.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_cloud_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_cloud_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_pkg
tests_unit_test_health_pkg_SOURCES = tests/unit/test_health_pkg.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_pkg_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_pkg_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_metadata
tests_unit_test_health_metadata_SOURCES = tests/unit/test_health_metadata.c tests/unit/metadata_server.c tests/unit/metadata_server.h
tests_unit_test_health_metadata_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_metadata_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS) -lpthread

UNIT_TESTS += tests/unit/test_health_qcnl
tests_unit_test_health_qcnl_SOURCES = tests/unit/test_health_qcnl.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_qcnl_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_qcnl_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_clock
tests_unit_test_health_clock_SOURCES = tests/unit/test_health_clock.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_clock_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_clock_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)

# The evidence of a simulated platform.
HEALTH_SIM = tests/unit/health_sim.c tests/unit/health_sim.h tests/unit/health_rows.c tests/unit/health_rows.h
UNIT_TESTS += tests/unit/test_health_collateral
tests_unit_test_health_collateral_SOURCES = tests/unit/test_health_collateral.c $(HEALTH_SIM)
tests_unit_test_health_collateral_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_health_collateral_LDADD = healthcheck/libhealthcheck.la tests/sim/libsim.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_quote
tests_unit_test_health_quote_SOURCES = tests/unit/test_health_quote.c $(HEALTH_SIM) $(SIM_RUNNER)
tests_unit_test_health_quote_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_health_quote_LDADD = healthcheck/libhealthcheck.la tests/sim/libsim.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_health_doors
tests_unit_test_health_doors_SOURCES = tests/unit/test_health_doors.c tests/unit/health_rows.c tests/unit/health_rows.h
tests_unit_test_health_doors_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_health_doors_LDADD = healthcheck/libhealthcheck.la $(CMOCKA_LIBS)
endif
