if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_sim
tests_unit_test_sim_SOURCES = tests/unit/test_sim.c tests/unit/sim_spans.h
tests_unit_test_sim_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_sim_LDADD = tests/sim/libsim.la $(CMOCKA_LIBS)
endif
