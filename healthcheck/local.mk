# Everything but main(), so that the tests judge facts with the same code.
noinst_LTLIBRARIES += healthcheck/libhealthcheck.la
healthcheck_libhealthcheck_la_SOURCES = \
	healthcheck/appraised.c healthcheck/appraised.h \
	healthcheck/boot.c \
	healthcheck/cloud.c \
	healthcheck/cpu.h \
	healthcheck/metadata.c healthcheck/metadata.h \
	healthcheck/metadata_http.c healthcheck/metadata_http.h \
	healthcheck/pkg.c healthcheck/pkg.h \
	healthcheck/pkg_collect.c \
	healthcheck/check.c healthcheck/check.h \
	healthcheck/clock.c \
	healthcheck/collateral.c \
	healthcheck/collect.c healthcheck/collect.h \
	healthcheck/cpu.c healthcheck/devices.c healthcheck/driver.c \
	healthcheck/evidence.c healthcheck/evidence.h healthcheck/evidence_read.c \
	healthcheck/facts.c healthcheck/facts.h healthcheck/facts_json.c \
	healthcheck/families.c healthcheck/families.h \
	healthcheck/elf.c healthcheck/elf.h \
	healthcheck/program.c healthcheck/program.h \
	healthcheck/boot.h \
	healthcheck/gate_policy.c \
	healthcheck/gate_run.c \
	healthcheck/selinux.c healthcheck/selinux.h healthcheck/selinux_collect.c \
	healthcheck/audit.c \
	healthcheck/ssh.h \
	healthcheck/doors.c healthcheck/doors.h healthcheck/doors_collect.c \
	healthcheck/ssh.c \
	healthcheck/ssh_config.c healthcheck/ssh_config.h \
	healthcheck/gate_setup.c healthcheck/gate_setup.h \
	healthcheck/gate.c healthcheck/kernel.c healthcheck/lines.c healthcheck/lines.h healthcheck/ops.c \
	healthcheck/pam_stack.c healthcheck/pam_stack.h healthcheck/pam_walk.c \
	healthcheck/platform.c healthcheck/platform.h healthcheck/quote.c \
	healthcheck/pccs.c healthcheck/pccs.h \
	healthcheck/qcnl.c healthcheck/qcnl.h healthcheck/qcnl_cache.c \
	healthcheck/quote_ask.c healthcheck/quote_ask.h \
	healthcheck/quote_collect.c healthcheck/quote_collect.h \
	healthcheck/tcb.c \
	healthcheck/report.c healthcheck/report.h healthcheck/report_json.c \
	healthcheck/report_admin.c \
	healthcheck/report_lines.c \
	healthcheck/settings.c healthcheck/settings.h \
	healthcheck/report_prometheus.c healthcheck/report_text.c \
	healthcheck/report_values.c healthcheck/report_values.h \
	healthcheck/rpm_version.c healthcheck/rpm_version.h \
	healthcheck/swiotlb.c healthcheck/td.c
healthcheck_libhealthcheck_la_LIBADD = cli/libcli.la grub-tool/libgrubread.la swiotlb/libswiotlb.la pam_tdx/libgate.la core/libpcs.la \
	core/libappraise.la core/libcollateral.la core/libverify.la core/libevidence.la core/libbase.la

sbin_PROGRAMS += healthcheck/tdx-healthcheck
healthcheck_tdx_healthcheck_SOURCES = \
	healthcheck/gather.c healthcheck/gather.h \
	healthcheck/main.c \
	healthcheck/options.c healthcheck/options.h \
	healthcheck/watch.c healthcheck/watch.h
healthcheck_tdx_healthcheck_LDADD = healthcheck/libhealthcheck.la
healthcheck_tdx_healthcheck_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
