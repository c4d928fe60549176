# Bob: the TokenClient's VM and everything around it. `terraform apply` does what the values known so far allow, and more when Alice
# has told hers; the output next_step says what is missing. -target=module.tc_setup and so on work as in the article.

module "tc_setup" {
  source              = "./setup"
  region              = var.region
  project             = local.project
  cidr                = var.tc_cidr
  internal_ip         = var.tc_internal_ip
  external_ip         = var.tc_external_ip
  has_external        = local.has_external
  enable_nat          = var.enable_nat
  vpn_mode            = var.connectivity == "vpn" ? var.vpn_mode : "none"
  vpn_peer_deployer   = var.vpn_peer_deployer
  restrict_egress     = var.restrict_egress
  egress_cidrs        = var.egress_cidrs
  server_cidr         = local.server_cidr
  port                = local.port
  psc_attachment      = var.connectivity == "psc" ? var.ts_psc_attachment : null
  certificate_files   = local.certificate_files
  certificate_version = var.cert_data_version
}

module "tc_build" {
  source          = "../modules/image"
  name            = "tokenclient"
  region          = var.region
  project_id      = module.tc_setup.project_id
  repository      = module.tc_setup.repository
  repository_path = module.tc_setup.repository_path
  image_hash      = var.tc_image_hash
  run_build       = var.run_build
  app_source_dir  = var.app_source_dir
}

module "tc_vpn" {
  source          = "../modules/vpn-tunnels"
  count           = local.has_vpn_peer ? 1 : 0
  name            = "to-tokenserver"
  region          = var.region
  project_id      = module.tc_setup.project_id
  network         = module.tc_setup.network
  mode            = var.vpn_mode
  gateway         = module.tc_setup.vpn_gateway
  vpn_key         = var.vpn_key
  vpn_key_version = var.vpn_key_version
  link_host       = 2
  own_cidr        = var.tc_cidr
  peer_cidr       = var.ts_cidr
  own_asn         = var.tc_asn
  peer_asn        = var.ts_asn
  peer_gateway    = var.ts_vpn_gateway
  own_address     = module.tc_setup.tc_vpnip_address
  peer_address    = var.ts_vpnip_address
}

module "tc_deploy" {
  source              = "./deploy"
  count               = local.is_told && local.has_image ? 1 : 0
  zone                = var.zone
  project_id          = module.tc_setup.project_id
  subnet              = module.tc_setup.subnet
  internal_address    = module.tc_setup.internal_address
  external_address    = module.tc_setup.external_address
  has_external        = local.has_external
  service_account     = module.tc_setup.tc_service_account
  image               = module.tc_build.image
  cos_image           = var.cos_image
  cos_family          = var.cos_family
  machine_type        = var.machine_type
  confidential_type   = var.confidential_type
  deletion_protection = var.deletion_protection
  run_as_root         = var.run_as_root
  ts_service_account  = var.ts_service_account
  provisioner         = local.provisioner
  access_until        = var.access_until
  settings = {
    address              = "${local.server_address}:${local.port}"
    server_name          = var.sni_servername
    audience             = var.ts_audience
    transport            = var.transport
    secrets              = module.tc_setup.secret_versions
    pins                 = var.tls_server_pins
    exchange_signing_key = var.exchange_signing_key
    reattest_seconds     = var.reattest_seconds
    log_level            = var.log_level
  }
}
