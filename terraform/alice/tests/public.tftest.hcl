# One VM with an external address, mutual TLS, an existing project: what the article sets up, hardened.
mock_provider "google" {
  override_during = plan
  mock_resource "google_compute_instance" {
    defaults = { instance_id = "5566778899" }
  }
  mock_resource "google_compute_ha_vpn_gateway" {
    defaults = { id = "projects/ts-project/regions/us-central1/vpnGateways/vpn1" }
  }
  mock_resource "google_compute_service_attachment" {
    defaults = { id = "projects/ts-project/regions/us-central1/serviceAttachments/tokenserver" }
  }
  mock_resource "google_kms_crypto_key" {
    defaults = { id = "projects/ts-project/locations/us-central1/keyRings/tokenserver/cryptoKeys/secrets" }
  }
  mock_resource "google_service_account" {
    defaults = {
      email  = "tokenserver@ts-project.iam.gserviceaccount.com"
      member = "serviceAccount:tokenserver@ts-project.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_secret_manager_secret" {
    defaults = { name = "projects/437175015995/secrets/mocked" }
  }
  mock_data "google_project" {
    defaults = { number = "437175015995" }
  }
  mock_data "google_compute_image" {
    defaults = { name = "cos-121-18867-199-5" }
  }
}

override_resource {
  override_during = plan
  target          = module.ts_setup.module.party.google_compute_address.internal
  values          = { address = "192.168.0.4" }
}

override_resource {
  override_during = plan
  target          = module.ts_setup.module.party.google_compute_address.external
  values          = { address = "34.66.157.172" }
}

variables {
  create_project       = false
  ts_project_id        = "ts-project"
  ts_image_hash        = "sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"
  allowed_client_cidrs = ["203.0.113.7/32"]
  tls_server_ca        = "tests/not-a-certificate.txt"
  tls_server_crt       = "tests/not-a-certificate.txt"
  tls_server_key       = "tests/not-a-certificate.txt"
  vpn_key              = "not a key but long enough for one"
}

run "one_vm" {
  command = plan
  assert {
    condition     = output.ts_image_hash == "sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"
    error_message = "the digest is told"
  }
  assert {
    condition     = output.ts_address == "34.66.157.172" && output.ts_external_address == "34.66.157.172" && output.ts_internal_address == "192.168.0.4"
    error_message = "the external address is the one to call"
  }
  assert {
    condition     = output.ts_vpnip_address == null && output.ts_psc_attachment == null && output.ts_vpn_gateway == null
    error_message = "no VPN and no Private Service Connect"
  }
  assert {
    condition     = output.ts_instance_id == "5566778899"
    error_message = "there is a VM"
  }
  assert {
    condition     = output.provisioner_flags == null
    error_message = "Bob's VM is not known yet"
  }
}

run "command_line" {
  command = plan
  module {
    source = "./deploy"
  }
  variables {
    region            = "us-central1"
    zone              = "us-central1-a"
    project_id        = "ts-project"
    network           = "n"
    subnet            = "s"
    internal_address  = "192.168.0.4"
    external_address  = "34.66.157.172"
    connectivity      = "public"
    is_group          = false
    replicas          = 1
    psc_nat_subnet    = null
    psc_consumer      = null
    service_account   = "tokenserver@ts-project.iam.gserviceaccount.com"
    image             = "us-central1-docker.pkg.dev/ts-project/tokenserver/tokenserver@sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"
    cos_image         = "projects/cos-cloud/global/images/cos-121-18867-199-5"
    cos_family        = "cos-121-lts"
    machine_type      = null
    confidential_type = "SEV"
    port              = 50051
    health_port       = 8081
    cloud_logging     = false
    settings = {
      transport             = "mtls"
      secrets               = { tls_crt = "projects/1/secrets/tls_crt", tls_key = "projects/1/secrets/tls_key", "tls-ca" = "projects/1/secrets/tls-ca" }
      audience              = "https://tokenserver"
      collection_id         = "foo"
      expected_pcrs         = { "0" = ["aa", "bb"], "4" = ["cc"] }
      validate_peer_ip      = true
      validate_peer_sn      = true
      token_max_age_seconds = 30
      decision_log          = null
      log_level             = 0
    }
  }
  assert {
    condition = join(" ", output.arguments) == join(" ", [
      "--grpcport 0.0.0.0:50051 --tsAudience https://tokenserver --useMTLS --useSecrets",
      "--tlsCert projects/1/secrets/tls_crt --tlsKey projects/1/secrets/tls_key --tlsCertChain projects/1/secrets/tls-ca",
      "--useTPM --validatePeerIP=true --validatePeerSN=true --pcr 0=aa,0=bb,4=cc",
      "--firestoreProjectId ts-project --firestoreCollectionName foo --jwtIssuedAtJitter 30",
    ])
    error_message = "the command line of the TokenServer"
  }
}

run "command_line_of_a_group" {
  command = plan
  module {
    source = "./deploy"
  }
  variables {
    region            = "us-central1"
    zone              = "us-central1-a"
    project_id        = "ts-project"
    network           = "n"
    subnet            = "s"
    internal_address  = "192.168.0.4"
    external_address  = "34.66.157.172"
    connectivity      = "vpn"
    is_group          = true
    replicas          = 3
    psc_nat_subnet    = null
    psc_consumer      = null
    service_account   = "tokenserver@ts-project.iam.gserviceaccount.com"
    image             = "us-central1-docker.pkg.dev/ts-project/tokenserver/tokenserver@sha256:0e5d83d9618c85566f826056ffe62c1bd73af591ae441e14aaea88f7a5efbeba"
    cos_image         = "projects/cos-cloud/global/images/cos-121-18867-199-5"
    cos_family        = "cos-121-lts"
    machine_type      = null
    confidential_type = "SEV"
    port              = 50051
    health_port       = 8081
    cloud_logging     = false
    settings = {
      transport             = "mtls"
      secrets               = { tls_crt = "projects/1/secrets/tls_crt", tls_key = "projects/1/secrets/tls_key", "tls-ca" = "projects/1/secrets/tls-ca" }
      audience              = "https://tokenserver"
      collection_id         = "foo"
      expected_pcrs         = { "0" = ["aa", "bb"], "4" = ["cc"] }
      validate_peer_ip      = true
      validate_peer_sn      = true
      token_max_age_seconds = 30
      decision_log          = null
      log_level             = 0
    }
  }
  assert {
    condition     = endswith(join(" ", output.arguments), "--sessionStore firestore --replicas 3 --healthPort 0.0.0.0:8081")
    error_message = "sessions are shared, and the load balancer can ask"
  }
  assert {
    condition     = strcontains(module.cloud_config.user_data, "- ip route add to local 192.168.0.4/32 dev eth0\n") && strcontains(module.cloud_config.user_data, "--publish=8081:8081")
    error_message = "the address of the load balancer is a local one, and the health port is open"
  }
  assert {
    condition     = length(module.vm) == 0 && length(module.group) == 1 && length(google_compute_service_attachment.this) == 0
    error_message = "a group instead of a VM"
  }
}

run "article_pcr_joins_the_list" {
  command = plan
  variables {
    expected_pcrs = { "0" = ["0000000000000000000000000000000000000000000000000000000000000000"] }
    ts_pcr_value  = "24AF52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f"
  }
  assert {
    condition     = output.pcr_policy == jsonencode({ sha256 = { "0" = ["0000000000000000000000000000000000000000000000000000000000000000", "24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f"] } })
    error_message = "expected_pcrs and ts_pcr_value together"
  }
}

run "review_is_prepared" {
  command = plan
  variables {
    tc_project_id    = "tc-project"
    tc_instance_id   = "1095334895532210538"
    tc_natip_address = "198.51.100.9"
    tc_zone          = "europe-west4-b"
  }
  assert {
    condition     = strcontains(output.provisioner_flags, "--clientProjectId tc-project --clientVMZone europe-west4-b --clientVMId 1095334895532210538 --peerAddress 198.51.100.9")
    error_message = "the address of the NAT is the one that the server sees"
  }
}

run "nothing_is_deployed_without_an_image" {
  command = plan
  variables {
    ts_image_hash = null
  }
  assert {
    condition     = length(module.ts_deploy) == 0 && output.ts_instance_id == null
    error_message = "no image, no VM"
  }
}
