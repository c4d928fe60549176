locals {
  port         = 50051
  has_external = coalesce(var.external_ip, var.connectivity == "public" && !var.enable_nat)

  project = {
    create          = var.create_project
    id              = var.tc_project_id
    name            = var.tc_project_name
    billing_account = var.billing_account
    org_id          = var.org_id
    folder_id       = var.folder_id
    deletion_policy = var.project_deletion_policy
    org_policies    = var.org_policies
  }

  # Without mtls there is no client certificate to keep.
  certificate_files = merge(
    { "tls-ca" = var.tls_client_ca },
    var.transport == "mtls" ? { tls_crt = var.tls_client_crt, tls_key = var.tls_client_key } : {},
  )

  provisioner = var.ts_provisioner == null ? null : (
    strcontains(var.ts_provisioner, ":") ? var.ts_provisioner :
    endswith(var.ts_provisioner, ".gserviceaccount.com") ? "serviceAccount:${var.ts_provisioner}" : "user:${var.ts_provisioner}"
  )

  # With psc the client calls an endpoint in its own network.
  server_address = var.connectivity == "psc" ? module.tc_setup.psc_address : var.ts_address
  server_cidr    = var.connectivity == "psc" || var.ts_address == null ? null : "${var.ts_address}/32"

  has_vpn_peer = var.connectivity == "vpn" && (var.vpn_mode == "ha" ? var.ts_vpn_gateway : var.ts_vpnip_address) != null
  has_image    = module.tc_build.is_known
  is_told = (
    (var.connectivity == "psc" ? var.ts_psc_attachment : var.ts_address) != null &&
    var.ts_audience != null && var.ts_service_account != null && length(var.tls_server_pins) > 0
  )
}
