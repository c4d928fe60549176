mock_provider "google" {
  override_during = plan
  mock_resource "google_service_account" {
    defaults = {
      email  = "tokenclient@tc-project.iam.gserviceaccount.com"
      member = "serviceAccount:tokenclient@tc-project.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_secret_manager_secret_version" {
    defaults = { name = "projects/784870110443/secrets/mocked/versions/3" }
  }
  mock_resource "google_compute_ha_vpn_gateway" {
    defaults = { id = "projects/tc-project/regions/us-central1/vpnGateways/vpn1" }
  }
  mock_resource "google_compute_instance" {
    defaults = { instance_id = "1095334895532210538" }
  }
  mock_data "google_project" {
    defaults = { number = "784870110443" }
  }
  mock_data "google_compute_image" {
    defaults = { name = "cos-121-18867-199-5" }
  }
}

override_resource {
  override_during = plan
  target          = module.tc_setup.module.party.google_compute_address.internal
  values          = { address = "10.0.0.2" }
}

override_resource {
  override_during = plan
  target          = module.tc_setup.module.party.google_compute_address.external
  values          = { address = "34.68.187.147" }
}

override_resource {
  override_during = plan
  target          = module.tc_setup.google_compute_address.psc
  values          = { address = "10.0.0.9" }
}

override_resource {
  override_during = plan
  target          = module.tc_setup.module.party.module.network.google_compute_address.nat
  values          = { address = "198.51.100.9" }
}

variables {
  create_project     = false
  tc_project_id      = "tc-project"
  tc_image_hash      = "sha256:0228eb3e54c90fa110b6bdceb4064fe07647ada0b3303067638bedb58ff8dbd8"
  tls_client_ca      = "tests/not-a-certificate.txt"
  tls_client_crt     = "tests/not-a-certificate.txt"
  tls_client_key     = "tests/not-a-certificate.txt"
  vpn_key            = "not a key but long enough for one"
  cos_image          = "projects/cos-cloud/global/images/cos-121-18867-199-5"
  ts_address         = "34.66.157.172"
  ts_audience        = "https://tokenserver"
  ts_service_account = "tokenserver@ts-project.iam.gserviceaccount.com"
  ts_provisioner     = "alice@esodemoapp2.com"
  tls_server_pins    = ["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="]
}

run "public" {
  command = plan
  assert {
    condition     = output.tc_address == "34.68.187.147" && output.tc_external_address == "34.68.187.147" && output.tc_internal_address == "10.0.0.2"
    error_message = "Alice sees the external address"
  }
  assert {
    condition     = output.tc_instance_id == "1095334895532210538" && output.tc_zone == "us-central1-a" && output.tc_cos_image == "projects/cos-cloud/global/images/cos-121-18867-199-5"
    error_message = "what Alice needs to find the VM"
  }
  assert {
    condition     = output.tc_image == "us-central1-docker.pkg.dev/tc-project/tokenclient/tokenclient@sha256:0228eb3e54c90fa110b6bdceb4064fe07647ada0b3303067638bedb58ff8dbd8"
    error_message = "the image by digest"
  }
  assert {
    condition     = output.tc_vpnip_address == null && output.tc_vpn_gateway == null && output.tc_natip_address == null && output.tc_cidr == null
    error_message = "no VPN, no NAT"
  }
}

run "nothing_is_deployed_before_alice_told" {
  command = plan
  variables {
    ts_address         = null
    ts_audience        = null
    ts_service_account = null
    ts_provisioner     = null
    tls_server_pins    = []
  }
  assert {
    condition     = length(module.tc_deploy) == 0 && output.tc_instance_id == null && startswith(output.next_step, "Wait for Alice")
    error_message = "setup alone"
  }
}

run "no_vm_without_a_pin" {
  command = plan
  variables {
    tls_server_pins = []
  }
  assert {
    condition     = length(module.tc_deploy) == 0
    error_message = "a client that pins nothing would fail the review"
  }
}

run "nat" {
  command = plan
  variables {
    enable_nat = true
  }
  assert {
    condition     = output.tc_address == "198.51.100.9" && output.tc_natip_address == "198.51.100.9" && output.tc_external_address == null
    error_message = "Alice sees the address of the NAT"
  }
}

run "ha_vpn" {
  command = plan
  variables {
    connectivity   = "vpn"
    ts_address     = "192.168.0.4"
    ts_vpn_gateway = "projects/ts-project/regions/us-central1/vpnGateways/vpn1"
  }
  assert {
    condition     = length(module.tc_vpn) == 1 && output.tc_address == "10.0.0.2" && output.tc_external_address == null && output.tc_asn == 64515
    error_message = "no external address"
  }
  assert {
    condition     = output.tc_vpn_gateway == "projects/tc-project/regions/us-central1/vpnGateways/vpn1" && output.tc_cidr == "10.0.0.0/16"
    error_message = "what Alice needs for her tunnel"
  }
}

run "classic_vpn" {
  command = plan
  variables {
    connectivity     = "vpn"
    vpn_mode         = "classic_static"
    ts_address       = "192.168.0.4"
    ts_vpnip_address = "34.133.121.5"
  }
  assert {
    condition     = length(module.tc_vpn) == 1 && output.tc_vpn_gateway == null
    error_message = "as in 2021"
  }
}

run "private_service_connect" {
  command = plan
  variables {
    connectivity      = "psc"
    ts_address        = null
    ts_psc_attachment = "projects/ts-project/regions/us-central1/serviceAttachments/tokenserver"
  }
  assert {
    condition     = output.tc_address == "any" && length(module.tc_deploy) == 1 && output.tc_external_address == null
    error_message = "the address is hidden from Alice"
  }
}

run "tls_keeps_no_client_certificate" {
  command = plan
  variables {
    transport      = "tls"
    tls_client_crt = "tests/there-is-no-such-file"
    tls_client_key = "tests/there-is-no-such-file"
  }
  assert {
    condition     = length(module.tc_deploy) == 1
    error_message = "the authorities of the server are enough"
  }
}

run "confidential" {
  command = plan
  variables {
    confidential_type = "TDX"
  }
  assert {
    condition     = output.tc_confidential_type == "TDX"
    error_message = "told to Alice: PCR 0 differs"
  }
}

run "the_article_s_first_step" {
  command = plan
  plan_options {
    target = [module.tc_setup]
  }
  variables {
    connectivity = "public"
  }
  assert {
    condition     = output.tc_project_id == "tc-project" && output.tc_address == "34.68.187.147"
    error_message = "what the article prints after its first step"
  }
}

run "the_article_s_last_step" {
  command = plan
  plan_options {
    target = [module.tc_deploy]
  }
  variables {
    connectivity = "public"
  }
  assert {
    condition     = output.tc_instance_id == "1095334895532210538"
    error_message = "-target takes what the VM needs along"
  }
}
