if HAVE_CMOCKA
UNIT_TESTS += tests/unit/test_bundle tests/unit/test_cache tests/unit/test_floor \
	tests/unit/test_inspect tests/unit/test_pcs \
	tests/unit/test_qcnl_conf

tests_unit_test_bundle_SOURCES = tests/unit/test_bundle.c tests/unit/corpus.c tests/unit/corpus.h
tests_unit_test_bundle_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_bundle_LDADD = core/libcollateral.la $(CMOCKA_LIBS) $(JSON_LIBS)
tests_unit_test_bundle_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_cache_SOURCES = tests/unit/test_cache.c
tests_unit_test_cache_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cache_LDADD = core/libcollateral.la $(CMOCKA_LIBS)
tests_unit_test_cache_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_floor_SOURCES = tests/unit/test_floor.c
tests_unit_test_floor_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_floor_LDADD = core/libcollateral.la $(CMOCKA_LIBS)
tests_unit_test_floor_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_inspect_SOURCES = tests/unit/test_inspect.c $(CORPUS)
tests_unit_test_inspect_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_inspect_LDADD = core/libcollateral.la $(CMOCKA_LIBS) $(JSON_LIBS)
tests_unit_test_inspect_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_pcs_SOURCES = tests/unit/test_pcs.c
tests_unit_test_pcs_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pcs_LDADD = core/libpcs.la $(CMOCKA_LIBS)
tests_unit_test_pcs_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
UNIT_TESTS += tests/unit/test_pcs_regions
tests_unit_test_pcs_regions_SOURCES = tests/unit/test_pcs_regions.c $(SCRATCH)
tests_unit_test_pcs_regions_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pcs_regions_LDADD = core/libpcs.la $(CMOCKA_LIBS)
tests_unit_test_pcs_regions_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)

tests_unit_test_qcnl_conf_SOURCES = tests/unit/test_qcnl_conf.c
tests_unit_test_qcnl_conf_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_qcnl_conf_LDADD = core/libpcs.la $(CMOCKA_LIBS)
tests_unit_test_qcnl_conf_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
endif
