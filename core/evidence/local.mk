noinst_LTLIBRARIES += core/libevidence.la

core_libevidence_la_SOURCES = \
	core/evidence/quote.c core/evidence/quote.h \
	core/evidence/td_attributes.c core/evidence/td_attributes.h \
	core/evidence/td_report.c core/evidence/td_report.h
core_libevidence_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
core_libevidence_la_LIBADD = core/libbase.la $(CRYPTO_LIBS)
