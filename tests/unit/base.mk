if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_base tests/unit/test_files
tests_unit_test_base_SOURCES = tests/unit/test_base.c tests/unit/cmocka_all.h
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_LDADD = core/libbase.la $(CMOCKA_LIBS)

tests_unit_test_files_SOURCES = tests/unit/test_files.c tests/unit/cmocka_all.h
tests_unit_test_files_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_files_LDADD = core/libbase.la $(CMOCKA_LIBS)
endif
