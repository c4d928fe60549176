# Alice: the TokenServer and everything around it. `terraform apply` does what the values known so far allow, and more when Bob has
# told his; the output next_step says what is missing. -target=module.ts_setup and so on work as in the article.

module "ts_setup" {
  source               = "./setup"
  region               = var.region
  project              = local.project
  cidr                 = var.ts_cidr
  internal_ip          = var.ts_internal_ip
  external_ip          = var.ts_external_ip
  connectivity         = var.connectivity
  vpn_mode             = var.connectivity == "vpn" ? var.vpn_mode : "none"
  is_group             = local.is_group
  client_cidrs         = local.client_cidrs
  psc_nat_cidr         = var.psc_nat_cidr
  port                 = local.port
  health_port          = local.health_port
  enable_nat           = var.enable_nat
  restrict_egress      = var.restrict_egress
  collection_id        = var.collection_id
  create_firestore     = var.create_firestore
  firestore_location   = var.gae_location_id == "us-central" ? "nam5" : var.gae_location_id
  kms_protection_level = var.kms_protection_level
  certificate_files    = local.certificate_files
  certificate_version  = var.cert_data_version
  provisioner          = local.provisioner
  vpn_peer_deployer    = var.vpn_peer_deployer
  server_writes_log    = var.decision_log != null || var.cloud_logging
}

module "ts_build" {
  source          = "../modules/image"
  name            = "tokenserver"
  region          = var.region
  project_id      = module.ts_setup.project_id
  repository      = module.ts_setup.repository
  repository_path = module.ts_setup.repository_path
  image_hash      = var.ts_image_hash
  run_build       = var.run_build
  app_source_dir  = var.app_source_dir
}

module "ts_vpn" {
  source          = "../modules/vpn-tunnels"
  count           = local.has_vpn_peer ? 1 : 0
  name            = "to-tokenclient"
  region          = var.region
  project_id      = module.ts_setup.project_id
  network         = module.ts_setup.network
  mode            = var.vpn_mode
  gateway         = module.ts_setup.vpn_gateway
  vpn_key         = var.vpn_key
  vpn_key_version = var.vpn_key_version
  link_host       = 1
  own_cidr        = var.ts_cidr
  peer_cidr       = var.tc_cidr
  own_asn         = var.ts_asn
  peer_asn        = var.tc_asn
  peer_gateway    = var.tc_vpn_gateway
  own_address     = module.ts_setup.ts_vpnip_address
  peer_address    = var.tc_vpnip_address
}

module "ts_deploy" {
  source            = "./deploy"
  count             = local.has_image ? 1 : 0
  region            = var.region
  zone              = var.zone
  project_id        = module.ts_setup.project_id
  network           = module.ts_setup.network
  subnet            = module.ts_setup.subnet
  internal_address  = module.ts_setup.internal_address
  external_address  = module.ts_setup.external_address
  connectivity      = var.connectivity
  is_group          = local.is_group
  replicas          = var.server_replicas
  psc_nat_subnet    = module.ts_setup.psc_nat_subnet
  psc_consumer      = var.tc_project_id
  service_account   = module.ts_setup.ts_service_account
  image             = module.ts_build.image
  cos_image         = var.cos_image
  cos_family        = var.cos_family
  machine_type      = var.machine_type
  confidential_type = var.confidential_type
  port              = local.port
  health_port       = local.health_port
  cloud_logging     = var.cloud_logging
  settings = {
    transport             = var.transport
    secrets               = module.ts_setup.secret_names
    audience              = var.ts_audience
    collection_id         = var.collection_id
    expected_pcrs         = local.expected_pcrs
    validate_peer_ip      = var.validate_peer_ip
    validate_peer_sn      = local.validate_peer_sn
    token_max_age_seconds = var.token_max_age_seconds
    decision_log          = var.decision_log
    log_level             = var.log_level
  }
}
