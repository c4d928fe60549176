# What Alice and Bob each have, under a name of their own.
module "project" {
  source          = "../project"
  create          = var.project.create
  project_id      = var.project.id
  project_name    = var.project.name
  billing_account = var.project.billing_account
  org_id          = var.project.org_id
  folder_id       = var.project.folder_id
  deletion_policy = var.project.deletion_policy
  org_policies    = var.project.org_policies
  apis            = var.apis
}

module "network" {
  source             = "../network"
  project_id         = module.project.project_id
  region             = var.region
  name               = var.name
  cidr               = var.cidr
  enable_nat         = var.enable_nat
  private_google_dns = var.restrict_egress
}

resource "google_service_account" "this" {
  project      = module.project.project_id
  account_id   = var.name
  display_name = var.display_name
}

module "registry" {
  source     = "../registry"
  project_id = module.project.project_id
  region     = var.region
  name       = var.name
  reader     = google_service_account.this.email
}

module "certificates" {
  source       = "../secrets"
  project_id   = module.project.project_id
  files        = var.certificate_files
  data_version = var.certificate_version
  reader       = google_service_account.this.email
}

module "vpn_gateway" {
  source     = "../vpn-gateway"
  project_id = module.project.project_id
  region     = var.region
  network    = module.network.network
  name       = "vpn1"
  mode       = var.vpn_mode
}

# The other party's tunnel names this gateway as its peer. Whoever makes that tunnel needs this one permission here.
resource "google_project_iam_custom_role" "vpn_peer" {
  count       = var.vpn_mode == "ha" && var.vpn_peer_deployer != null ? 1 : 0
  project     = module.project.project_id
  role_id     = "tokenVpnPeer"
  title       = "Use an HA VPN gateway as a peer"
  permissions = ["compute.vpnGateways.use"]
}

resource "google_project_iam_member" "vpn_peer" {
  count   = length(google_project_iam_custom_role.vpn_peer)
  project = module.project.project_id
  role    = google_project_iam_custom_role.vpn_peer[0].id
  member  = var.vpn_peer_deployer
}
