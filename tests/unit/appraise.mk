if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_jws
tests_unit_test_jws_SOURCES = tests/unit/test_jws.c
tests_unit_test_jws_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_jws_LDADD = core/libappraise.la $(CMOCKA_LIBS) $(CRYPTO_LIBS)
endif
