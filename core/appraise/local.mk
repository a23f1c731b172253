noinst_LTLIBRARIES += core/libappraise.la

core_libappraise_la_SOURCES = \
	core/appraise/appraise.c core/appraise/appraise.h \
	core/appraise/check.h core/appraise/check_tcb.c core/appraise/check_td.c \
	core/appraise/es384.c core/appraise/es384.h core/appraise/es384_signer.c \
	core/appraise/jwk.c core/appraise/jws.c core/appraise/jws.h \
	core/appraise/measurement.c core/appraise/measurement.h core/appraise/measurement_write.c \
	core/appraise/policy.c core/appraise/policy.h core/appraise/policy_fields.c \
	core/appraise/policy_fields.h core/appraise/policy_lint.c \
	core/appraise/policy_new.c core/appraise/policy_new.h \
	core/appraise/result.c core/appraise/result.h core/appraise/result_check.c \
	core/appraise/result_read.c
core_libappraise_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
core_libappraise_la_LIBADD = core/libverify.la $(CRYPTO_LIBS)
