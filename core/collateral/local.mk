# libcollateral: what a login needs (bundles, the cache, the floor). libpcs: what fetches, with curl.
noinst_LTLIBRARIES += core/libcollateral.la core/libpcs.la

core_libcollateral_la_SOURCES = \
	core/collateral/bundle.c core/collateral/bundle.h \
	core/collateral/cache.c core/collateral/cache_store.c core/collateral/cache.h \
	core/collateral/cache_files.h \
	core/collateral/floor.c core/collateral/floor_file.c core/collateral/floor.h \
	core/collateral/inspect.c core/collateral/inspect.h
core_libcollateral_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
core_libcollateral_la_LIBADD = core/libverify.la

core_libpcs_la_SOURCES = \
	core/collateral/pcs_answer.c core/collateral/pcs_answer.h \
	core/collateral/pcs_client.c core/collateral/pcs_client.h \
	core/collateral/pcs_http.c core/collateral/pcs_http.h \
	core/collateral/pcs_regions.c core/collateral/pcs_regions.h \
	core/collateral/pcs_url.c core/collateral/pcs_url.h \
	core/collateral/qcnl_conf.c core/collateral/qcnl_conf.h \
	core/collateral/source.c core/collateral/source.h
core_libpcs_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(CURL_CFLAGS)
core_libpcs_la_LIBADD = core/libcollateral.la $(CURL_LIBS)
