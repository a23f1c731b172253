# Quote verification: bytes, collateral, time and trust anchor in, a verification out.
noinst_LTLIBRARIES += core/libverify.la

core_libverify_la_SOURCES = \
	core/verify/anchor.c \
	core/verify/cert.c core/verify/cert.h \
	core/verify/cert_chain.c core/verify/cert_chain.h \
	core/verify/collateral.h core/verify/collateral_facts.c \
	core/verify/crl.c core/verify/crl.h \
	core/verify/der.c core/verify/der.h \
	core/verify/p256.c core/verify/p256.h \
	core/verify/pck_cert.c core/verify/pck_cert.h \
	core/verify/pck_chain.c core/verify/pck_chain.h \
	core/verify/pem.c core/verify/pem.h \
	core/verify/qe_identity.c core/verify/qe_identity.h \
	core/verify/signed_json.c core/verify/signed_json.h \
	core/verify/tcb_gap.c core/verify/tcb_gap.h core/verify/tcb_gap_fill.h \
	core/verify/tcb_info.c core/verify/tcb_info.h \
	core/verify/tcb_level.c core/verify/tcb_level.h \
	core/verify/tcb_match.c core/verify/tcb_match.h \
	core/verify/tcb_status.c core/verify/tcb_status.h \
	core/verify/verify.c core/verify/verify.h \
	core/verify/verify_context.c core/verify/verify_context.h \
	core/verify/verify_dates.c core/verify/verify_dates.h
core_libverify_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
core_libverify_la_LIBADD = core/libevidence.la $(CRYPTO_LIBS)
