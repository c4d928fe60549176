mock_provider "google" {
  override_during = plan
  mock_resource "google_service_account" {
    defaults = {
      email  = "tokenserver@ts-project.iam.gserviceaccount.com"
      member = "serviceAccount:tokenserver@ts-project.iam.gserviceaccount.com"
    }
  }
}

variables {
  name         = "tokenserver"
  display_name = "TokenServer"
  region       = "us-central1"
  project = {
    create          = false
    id              = "ts-project"
    name            = "tokenserver"
    billing_account = null
    org_id          = null
    folder_id       = null
    deletion_policy = "PREVENT"
    org_policies    = {}
  }
  apis                = ["compute.googleapis.com"]
  cidr                = "192.168.0.0/16"
  internal_ip         = ""
  external_ip         = "34.66.157.172"
  has_external        = true
  enable_nat          = false
  restrict_egress     = true
  egress_cidrs        = []
  certificate_files   = { "tls-ca" = "versions.tf" }
  certificate_version = 1
  vpn_mode            = "none"
  vpn_peer_deployer   = null
}

run "closed" {
  command = plan
  assert {
    condition     = one(google_compute_firewall.deny_ingress.deny).protocol == "all" && one(google_compute_firewall.deny_egress[0].deny).protocol == "all" && google_compute_firewall.google_apis[0].destination_ranges == toset(["199.36.153.8/30"])
    error_message = "all is denied, in and out, but Google APIs"
  }
  assert {
    condition     = alltrue([for rule in concat([google_compute_firewall.deny_ingress], google_compute_firewall.deny_egress, google_compute_firewall.google_apis) : rule.target_service_accounts == toset(["tokenserver@ts-project.iam.gserviceaccount.com"])])
    error_message = "for the account of the VM"
  }
  assert {
    condition     = output.external_address == "34.66.157.172" && length(google_compute_address.external) == 0
    error_message = "an address that was reserved before is used"
  }
  assert {
    condition     = length(google_project_iam_custom_role.vpn_peer) == 0
    error_message = "no grant to nobody"
  }
}

run "open_outwards" {
  command = plan
  variables {
    restrict_egress = false
    external_ip     = ""
  }
  assert {
    condition     = length(google_compute_firewall.deny_egress) == 0 && length(google_compute_firewall.google_apis) == 0 && one(google_compute_firewall.deny_ingress.deny).protocol == "all"
    error_message = "closed inwards all the same"
  }
  assert {
    condition     = google_compute_address.external[0].name == "tokenserver" && google_compute_address.internal.name == "tokenserver-internal"
    error_message = "both addresses are reserved"
  }
}

run "more_than_google_apis" {
  command = plan
  variables {
    egress_cidrs = ["198.51.100.0/24"]
    has_external = false
  }
  assert {
    condition     = google_compute_firewall.google_apis[0].destination_ranges == toset(["199.36.153.8/30", "198.51.100.0/24"])
    error_message = "the ranges that are named, too"
  }
  assert {
    condition     = output.external_address == null && length(google_compute_address.external) == 0
    error_message = "no external address"
  }
}

run "peer_of_an_ha_gateway" {
  command = plan
  variables {
    vpn_mode          = "ha"
    vpn_peer_deployer = "user:bob@otherdomain.com"
  }
  assert {
    condition     = google_project_iam_custom_role.vpn_peer[0].permissions == toset(["compute.vpnGateways.use"]) && google_project_iam_member.vpn_peer[0].member == "user:bob@otherdomain.com"
    error_message = "one permission"
  }
}
