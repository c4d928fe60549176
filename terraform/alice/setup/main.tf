module "project" {
  source          = "../../modules/project"
  create          = var.project.create
  project_id      = var.project.id
  project_name    = var.project.name
  billing_account = var.project.billing_account
  org_id          = var.project.org_id
  folder_id       = var.project.folder_id
  deletion_policy = var.project.deletion_policy
  org_policies    = var.project.org_policies
  apis = [
    "artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com", "compute.googleapis.com", "dns.googleapis.com", "firestore.googleapis.com",
    "iam.googleapis.com", "logging.googleapis.com", "secretmanager.googleapis.com",
  ]
}

module "network" {
  source             = "../../modules/network"
  project_id         = module.project.project_id
  region             = var.region
  name               = "tokenserver"
  cidr               = var.cidr
  enable_nat         = var.enable_nat
  private_google_dns = var.restrict_egress
}

resource "google_service_account" "server" {
  project      = module.project.project_id
  account_id   = "tokenserver"
  display_name = "TokenServer"
}

module "registry" {
  source     = "../../modules/registry"
  project_id = module.project.project_id
  region     = var.region
  name       = "tokenserver"
  reader     = google_service_account.server.email
}

module "certificates" {
  source       = "../../modules/secrets"
  project_id   = module.project.project_id
  files        = var.certificate_files
  data_version = var.certificate_version
  reader       = google_service_account.server.email
}

module "vpn_gateway" {
  source     = "../../modules/vpn-gateway"
  project_id = module.project.project_id
  region     = var.region
  network    = module.network.network
  name       = "vpn1"
  mode       = var.vpn_mode
}

# Bob's tunnel names this gateway as its peer. Whoever makes that tunnel needs this one permission here.
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
