# The paths of a unit are those of this build, so it is made and not shipped.
dist_systemdsystemunit_DATA += contrib/systemd/tdx-healthcheck.timer
nodist_systemdsystemunit_DATA += contrib/systemd/tdx-healthcheck.service
EXTRA_DIST += contrib/systemd/tdx-healthcheck.service.in
CLEANFILES += contrib/systemd/tdx-healthcheck.service

prometheusdir = $(tdxdatadir)/prometheus
dist_prometheus_DATA = contrib/prometheus/tdx-gate.rules.yml

schemadir = $(tdxdatadir)
dist_schema_DATA = contrib/healthcheck.schema.json

contrib/systemd/tdx-healthcheck.service: contrib/systemd/tdx-healthcheck.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@confdir[@]|$(tdxconfdir)|g' -e 's|@localstatedir[@]|$(localstatedir)|g' \
		$(srcdir)/contrib/systemd/tdx-healthcheck.service.in >$@.tmp && mv $@.tmp $@
