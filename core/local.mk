# One convenience library per layer, so that what a program links says what it may use.
noinst_LTLIBRARIES += core/libbase.la

core_libbase_la_SOURCES = \
	core/base/base64.c core/base/base64.h \
	core/base/bytes.c core/base/bytes.h \
	core/base/conf.c core/base/conf.h \
	core/base/crypto.c core/base/crypto.h \
	core/base/files.c core/base/files_write.c core/base/files.h \
	core/base/hex.c core/base/hex.h \
	core/base/json.c core/base/json.h \
	core/base/json_scan.c core/base/json_scan.h core/base/json_scan_internal.h \
	core/base/json_scan_number.c core/base/json_scan_string.c \
	core/base/json_write.c core/base/json_write.h \
	core/base/lock.c core/base/lock.h \
	core/base/monotonic.c core/base/monotonic.h \
	core/base/number.c core/base/number.h \
	core/base/platform_conf.c core/base/platform_conf.h \
	core/base/process.c core/base/process.h \
	core/base/rfc3339.c core/base/rfc3339.h \
	core/base/root.c core/base/root.h \
	core/base/sanitized.h \
	core/base/span_text.c core/base/span_text.h \
	core/base/status.c core/base/status.h core/base/status.def \
	core/base/status_appraise.def core/base/status_base.def core/base/status_boot.def core/base/status_health.def \
	core/base/status_collateral.def core/base/status_evidence.def core/base/status_gate.def \
	core/base/status_verify.def \
	core/base/text.c core/base/text.h
core_libbase_la_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
core_libbase_la_LIBADD = $(JSON_LIBS)

include core/evidence/local.mk
include core/verify/local.mk
include core/collateral/local.mk
include core/appraise/local.mk
