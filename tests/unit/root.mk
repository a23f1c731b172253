if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_root
tests_unit_test_root_SOURCES = tests/unit/test_root.c
tests_unit_test_root_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_root_LDADD = core/libbase.la $(CMOCKA_LIBS)
endif
