module "party" {
  source              = "../../modules/party"
  name                = "tokenserver"
  display_name        = "TokenServer"
  region              = var.region
  project             = var.project
  cidr                = var.cidr
  internal_ip         = var.internal_ip
  external_ip         = var.external_ip
  has_external        = var.connectivity == "public"
  enable_nat          = var.enable_nat
  restrict_egress     = var.restrict_egress
  egress_cidrs        = []
  certificate_files   = var.certificate_files
  certificate_version = var.certificate_version
  vpn_mode            = var.vpn_mode
  vpn_peer_deployer   = var.vpn_peer_deployer
  apis = [
    "artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com", "compute.googleapis.com", "dns.googleapis.com", "firestore.googleapis.com",
    "iam.googleapis.com", "logging.googleapis.com", "secretmanager.googleapis.com",
  ]
}
