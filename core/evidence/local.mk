noinst_LTLIBRARIES += core/libevidence.la

core_libevidence_la_SOURCES = \
	core/evidence/event_explain.c core/evidence/event_log.c core/evidence/event_log.h \
	core/evidence/ioctl.c \
	core/evidence/provider.c core/evidence/provider.h core/evidence/provider_internal.h \
	core/evidence/qgs.c \
	core/evidence/qgs_message.c core/evidence/qgs_message.h \
	core/evidence/quote.c core/evidence/quote.h \
	core/evidence/td_attributes.c core/evidence/td_attributes.h \
	core/evidence/td_report.c core/evidence/td_report.h \
	core/evidence/tsm.c
core_libevidence_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
core_libevidence_la_LIBADD = core/libbase.la $(CRYPTO_LIBS)
