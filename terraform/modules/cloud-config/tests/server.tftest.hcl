variables {
  role            = "server"
  image           = "us-central1-docker.pkg.dev/ts-project/tokens/tokenserver@sha256:eea4812c723e6d39d4261504508c0903c1c0958fc6ec25a9cad906c57ea610a9"
  arguments       = ["--grpcport", ":50051", "--tsAudience", "https://tokens.example.com"]
  ports           = [50051, 8080]
  local_addresses = ["10.0.0.9"]
}

run "no_tpm" {
  assert {
    condition     = !strcontains(output.user_data, "/dev/tpm")
    error_message = "The server verifies; it has no business with a TPM."
  }
}

run "its_ports_and_no_others" {
  assert {
    condition     = [for found in regexall("--publish=(\\S+)", output.user_data) : found[0]] == ["50051:50051", "8080:8080"]
    error_message = "Other ports are published."
  }
}

run "takes_calls_for_the_load_balancer" {
  assert {
    condition     = strcontains(output.user_data, "\n- ip route add to local 10.0.0.9/32 dev eth0\n")
    error_message = "The address of the load balancer is not local."
  }
}

run "logs_where_alice_wants_it" {
  variables {
    cloud_logging = true
  }
  assert {
    condition     = output.metadata["google-logging-enabled"] == "TRUE" && !contains(output.masked_units, "fluent-bit") && contains(output.masked_units, "sshd.service")
    error_message = "The log agent is not as the switch says."
  }
}

run "no_port_of_the_system" {
  command = plan
  variables {
    ports = [22]
  }
  expect_failures = [var.ports]
}

run "no_address_that_is_none" {
  command = plan
  variables {
    local_addresses = ["10.0.0.9/8"]
  }
  expect_failures = [var.local_addresses]
}
