# Its account gets no role in the project: it may pull one repository's images and read its own certificates.
module "party" {
  source              = "../../modules/party"
  name                = "tokenclient"
  display_name        = "TokenClient"
  region              = var.region
  project             = var.project
  cidr                = var.cidr
  internal_ip         = var.internal_ip
  external_ip         = var.external_ip
  has_external        = var.has_external
  enable_nat          = var.enable_nat
  restrict_egress     = var.restrict_egress
  egress_cidrs        = var.egress_cidrs
  certificate_files   = var.certificate_files
  certificate_version = var.certificate_version
  vpn_mode            = var.vpn_mode
  vpn_peer_deployer   = var.vpn_peer_deployer
  apis = [
    "artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com", "dns.googleapis.com", "iam.googleapis.com", "logging.googleapis.com", "secretmanager.googleapis.com",
  ]
}
