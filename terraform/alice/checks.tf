# Mistakes that no single variable shows.

check "validate_peer_ip" {
  assert {
    condition     = var.validate_peer_ip
    error_message = "validate_peer_ip = false: approvals with the policy attested, which is the usual one, are refused. Approve with --peerAddress any instead."
  }
}

check "certificate_comparison" {
  assert {
    condition     = local.validate_peer_sn
    error_message = "No client certificate is compared: approvals with the policy attested, which is the usual one, are refused."
  }
}

check "pins" {
  assert {
    condition     = length(var.tls_server_pins) != 1
    error_message = "One pin only: when that CA has to be replaced, Bob's VM has to be made anew. Add the pin of a spare CA."
  }
}
