# The readers and the arithmetic; tdx-grub and tdx-healthcheck use them too.
noinst_LTLIBRARIES += swiotlb/libswiotlb.la

swiotlb_libswiotlb_la_SOURCES = \
	swiotlb/advice.c swiotlb/advice.h \
	swiotlb/cause.c swiotlb/cause.h \
	swiotlb/devices.c swiotlb/devices.h \
	swiotlb/facts.c swiotlb/facts.h \
	swiotlb/kernel.c swiotlb/kernel.h \
	swiotlb/kernel_log.c swiotlb/kernel_log.h \
	swiotlb/kernel_log_clean.c swiotlb/kernel_log_clean.h \
	swiotlb/kernel_log_full.c swiotlb/kernel_log_full.h \
	swiotlb/kernel_log_line.c swiotlb/kernel_log_line.h \
	swiotlb/live_log.c swiotlb/live_log.h \
	swiotlb/low_memory.c swiotlb/low_memory.h \
	swiotlb/param.c swiotlb/param.h \
	swiotlb/remarks.c swiotlb/remarks.h \
	swiotlb/sizing.c swiotlb/sizing.h
swiotlb_libswiotlb_la_LIBADD = core/libbase.la

bin_PROGRAMS += swiotlb/tdx-swiotlb
swiotlb_tdx_swiotlb_SOURCES = swiotlb/tdx_swiotlb.c \
	swiotlb/options.c swiotlb/options.h \
	swiotlb/report.h swiotlb/report_json.c swiotlb/report_text.c \
	swiotlb/watch.c swiotlb/watch.h
swiotlb_tdx_swiotlb_LDADD = swiotlb/libswiotlb.la cli/libcli.la
swiotlb_tdx_swiotlb_LDFLAGS = $(TDX_PROGRAM_LDFLAGS)
