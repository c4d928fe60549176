# What is refused before anything is made.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "437175015995" }
  }
}

variables {
  create_project       = false
  ts_project_id        = "ts-project"
  allowed_client_cidrs = []
  tls_server_ca        = "tests/not-a-certificate.txt"
  tls_server_crt       = "tests/not-a-certificate.txt"
  tls_server_key       = "tests/not-a-certificate.txt"
}

run "the_world" {
  command = plan
  variables {
    allowed_client_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.allowed_client_cidrs]
}

run "half_of_the_world" {
  command = plan
  variables {
    allowed_client_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
  }
  expect_failures = [var.allowed_client_cidrs]
}

run "the_world_by_the_article_s_name" {
  command = plan
  variables {
    allowedclientsubnet = "0.0.0.0/0"
  }
  expect_failures = [var.allowedclientsubnet]
}

run "the_world_when_asked" {
  command = plan
  variables {
    allowed_client_cidrs = ["0.0.0.0/0"]
    allow_world          = true
  }
}

run "alts" {
  command = plan
  variables {
    transport = "alts"
  }
  expect_failures = [var.transport]
}

run "replicas_without_a_load_balancer" {
  command = plan
  variables {
    server_replicas = 3
  }
  expect_failures = [var.connectivity]
}

run "address_behind_private_service_connect" {
  command = plan
  variables {
    connectivity = "psc"
    tc_address   = "10.0.0.2"
  }
  expect_failures = [var.tc_address]
}

run "address_behind_a_nat" {
  command = plan
  variables {
    tc_address       = "10.0.0.2"
    tc_natip_address = "198.51.100.9"
  }
  expect_failures = [var.tc_address]
}

run "certificate_comparison_without_certificates" {
  command = plan
  variables {
    transport        = "tls"
    validate_peer_sn = true
  }
  expect_failures = [var.validate_peer_sn]
}

run "no_comparison_of_addresses_is_warned_of" {
  command = plan
  variables {
    validate_peer_ip = false
  }
  expect_failures = [check.validate_peer_ip]
}

run "no_comparison_of_certificates_is_warned_of" {
  command = plan
  variables {
    transport = "tls"
  }
  expect_failures = [check.certificate_comparison]
}

run "a_single_pin_is_warned_of" {
  command = plan
  variables {
    tls_server_pins = ["sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
  }
  expect_failures = [check.pins]
}

run "build_of_an_image_without_a_digest" {
  command = plan
  variables {
    run_build = true
  }
  expect_failures = [var.run_build]
}

# One plan for all: each of these has to be refused by itself.
run "values_of_another_form" {
  command = plan
  variables {
    allowed_client_cidrs = ["203.0.113.7"]
    ts_image_hash        = "docker.io/someone/tokenserver:v1"
    cos_image            = "projects/cos-cloud/global/images/family/cos-stable"
    vpn_key              = "secret"
    tls_server_pins      = ["AAAA", "BBBB"]
    zone                 = "europe-west4-a"
    expected_pcrs        = { "24" = ["0000000000000000000000000000000000000000000000000000000000000000"] }
    tc_project_id        = "tc-project; rm -rf ~"
    tc_instance_id       = "1 $(id)"
    tc_zone              = "us-central1-a`id`"
    tc_address           = "any --autoAccept"
  }
  expect_failures = [
    var.allowed_client_cidrs,
    var.ts_image_hash,
    var.cos_image,
    var.vpn_key,
    var.tls_server_pins,
    var.zone,
    var.expected_pcrs,
    var.tc_project_id,
    var.tc_instance_id,
    var.tc_zone,
    var.tc_address,
  ]
}

run "shell_in_the_address_of_a_nat" {
  command = plan
  variables {
    tc_natip_address = "198.51.100.9 --yes"
  }
  expect_failures = [var.tc_natip_address]
}
