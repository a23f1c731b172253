if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_bundle
tests_unit_test_bundle_SOURCES = tests/unit/test_bundle.c tests/unit/corpus.c tests/unit/corpus.h
tests_unit_test_bundle_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_bundle_LDADD = core/libcollateral.la $(CMOCKA_LIBS) $(JSON_LIBS)
endif
