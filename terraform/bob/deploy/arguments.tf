# The command line of the TokenClient. Secrets are named with their version: a start never picks up what nobody reviewed. The pins
# are of Alice's CAs, so that a new certificate of her server leaves this VM as it is.
locals {
  arguments = concat(
    ["--address", var.settings.address, "--sniServerName", var.settings.server_name, "--tsAudience", var.settings.audience],
    flatten([for pin in var.settings.pins : ["--tlsServerPin", pin]]),
    ["--useSecrets", "--tlsCertChain", var.settings.secrets["tls-ca"]],
    var.settings.transport != "mtls" ? [] : [
      "--useMTLS", "--tlsClientCert", var.settings.secrets["tls_crt"], "--tlsClientKey", var.settings.secrets["tls_key"],
    ],
    ["--useTPM", "--doAttestation"],
    var.settings.exchange_signing_key ? ["--exchangeSigningKey"] : [],
    var.settings.reattest_seconds == null ? [] : ["--reattestSeconds", tostring(var.settings.reattest_seconds)],
    var.settings.log_level == 0 ? [] : ["--v=${var.settings.log_level}"],
  )
}
