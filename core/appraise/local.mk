noinst_LTLIBRARIES += core/libappraise.la

core_libappraise_la_SOURCES = \
	core/appraise/es384.c core/appraise/es384.h core/appraise/es384_signer.c \
	core/appraise/jwk.c core/appraise/jws.c core/appraise/jws.h
core_libappraise_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
core_libappraise_la_LIBADD = core/libevidence.la core/libbase.la $(CRYPTO_LIBS)
