if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_sim tests/unit/test_sim_tsm tests/unit/test_sim_device \
	tests/unit/test_sim_serve

tests_unit_test_sim_SOURCES = tests/unit/test_sim.c tests/unit/sim_spans.h
tests_unit_test_sim_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_sim_LDADD = tests/sim/libsim.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)
tests_unit_test_sim_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

# Skipped where tdx-sim cannot serve (no FUSE).
tests_unit_test_sim_tsm_SOURCES = tests/unit/test_sim_tsm.c $(SIM_RUNNER)
tests_unit_test_sim_tsm_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_tsm_LDADD = core/libbase.la $(CMOCKA_LIBS)
tests_unit_test_sim_tsm_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
tests_unit_test_sim_device_SOURCES = tests/unit/test_sim_device.c $(SIM_RUNNER)
tests_unit_test_sim_device_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_sim_device_LDADD = core/libbase.la $(CMOCKA_LIBS)
tests_unit_test_sim_device_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
tests_unit_test_sim_serve_SOURCES = tests/unit/test_sim_serve.c $(SIM_RUNNER)
tests_unit_test_sim_serve_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sim_serve_LDADD = core/libbase.la $(CMOCKA_LIBS)
tests_unit_test_sim_serve_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif
