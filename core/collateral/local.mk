# libcollateral: what a login needs (bundles, the cache, the floor). libpcs: what fetches, with curl.
noinst_LTLIBRARIES += core/libcollateral.la

core_libcollateral_la_SOURCES = \
	core/collateral/bundle.c core/collateral/bundle.h \
	core/collateral/floor.c core/collateral/floor_file.c core/collateral/floor.h
core_libcollateral_la_LIBADD = core/libbase.la
