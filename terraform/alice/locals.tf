locals {
  port        = 50051
  health_port = 8081
  # Private Service Connect leads to a load balancer, so also one server is a group then.
  is_group = var.connectivity == "psc" || var.server_replicas > 1

  project = {
    create          = var.create_project
    id              = var.ts_project_id
    name            = var.ts_project_name
    billing_account = var.billing_account
    org_id          = var.org_id
    folder_id       = var.folder_id
    deletion_policy = var.project_deletion_policy
    org_policies    = var.org_policies
  }

  client_cidrs = distinct(concat(var.allowed_client_cidrs, var.allowedclientsubnet == null ? [] : [var.allowedclientsubnet]))

  # With tls the authorities for client certificates stay with Alice.
  certificate_files = merge(
    { tls_crt = var.tls_server_crt, tls_key = var.tls_server_key },
    var.transport == "mtls" ? { "tls-ca" = var.tls_server_ca } : {},
  )

  article_pcr = var.ts_pcr_value == null ? {} : { (var.ts_pcr) = [var.ts_pcr_value] }
  expected_pcrs = { for index in setunion(keys(var.expected_pcrs), keys(local.article_pcr)) :
    index => distinct([for value in concat(try(var.expected_pcrs[index], []), try(local.article_pcr[index], [])) : lower(value)])
  }

  validate_peer_sn = coalesce(var.validate_peer_sn, var.transport == "mtls")

  provisioner = var.ts_provisioner == null ? null : (
    strcontains(var.ts_provisioner, ":") ? var.ts_provisioner :
    endswith(var.ts_provisioner, ".gserviceaccount.com") ? "serviceAccount:${var.ts_provisioner}" : "user:${var.ts_provisioner}"
  )

  has_vpn_peer = var.connectivity == "vpn" && (var.vpn_mode == "ha" ? var.tc_vpn_gateway : var.tc_vpnip_address) != null
  has_image    = module.ts_build.is_known

  # The address under which the server will see Bob's VM: what the approval has to name.
  peer_address = var.connectivity == "psc" ? "any" : coalesce(var.tc_natip_address, var.tc_address, "unknown")
}
