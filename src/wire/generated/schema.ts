// Generated from proto/ by npm run gen.
export const schema: unknown = {
 "nested": {
  "tokenservice": {
   "nested": {
    "TokenService": {
     "methods": {
      "GetToken": {
       "requestType": "TokenRequest",
       "responseType": "TokenResponse"
      }
     }
    },
    "Verifier": {
     "methods": {
      "MakeCredential": {
       "requestType": "MakeCredentialRequest",
       "responseType": "MakeCredentialResponse"
      },
      "ActivateCredential": {
       "requestType": "ActivateCredentialRequest",
       "responseType": "ActivateCredentialResponse"
      },
      "OfferQuote": {
       "requestType": "OfferQuoteRequest",
       "responseType": "OfferQuoteResponse"
      },
      "ProvideQuote": {
       "requestType": "ProvideQuoteRequest",
       "responseType": "ProvideQuoteResponse"
      },
      "ProvideSigningKey": {
       "requestType": "ProvideSigningKeyRequest",
       "responseType": "ProvideSigningKeyResponse"
      }
     }
    },
    "TokenRequest": {
     "fields": {
      "requestId": {
       "type": "string",
       "id": 1
      },
      "processID": {
       "type": "string",
       "id": 2
      },
      "sessionId": {
       "type": "bytes",
       "id": 3
      }
     }
    },
    "Secret": {
     "fields": {
      "name": {
       "type": "string",
       "id": 1
      },
      "type": {
       "type": "SecretType",
       "id": 2
      },
      "data": {
       "type": "bytes",
       "id": 3
      }
     },
     "nested": {
      "SecretType": {
       "values": {
        "RAW": 0,
        "TPM": 1,
        "TINK": 2
       }
      }
     }
    },
    "TokenResponse": {
     "fields": {
      "responseID": {
       "type": "string",
       "id": 1
      },
      "inResponseTo": {
       "type": "string",
       "id": 2
      },
      "secrets": {
       "rule": "repeated",
       "type": "Secret",
       "id": 3
      },
      "pcr": {
       "type": "int64",
       "id": 4
      },
      "sealedSecrets": {
       "type": "bytes",
       "id": 5
      }
     }
    },
    "SealedRelease": {
     "fields": {
      "ephemeralKey": {
       "type": "bytes",
       "id": 1
      },
      "nonce": {
       "type": "bytes",
       "id": 2
      },
      "ciphertext": {
       "type": "bytes",
       "id": 3
      },
      "decisionId": {
       "type": "string",
       "id": 4
      }
     }
    },
    "ReleasedSecrets": {
     "fields": {
      "secrets": {
       "rule": "repeated",
       "type": "Secret",
       "id": 1
      },
      "payloadCommand": {
       "rule": "repeated",
       "type": "string",
       "id": 2
      }
     }
    },
    "MakeCredentialRequest": {
     "fields": {
      "requestId": {
       "type": "string",
       "id": 1
      },
      "akName": {
       "type": "string",
       "id": 2
      },
      "ekPub": {
       "type": "bytes",
       "id": 3
      },
      "akPub": {
       "type": "bytes",
       "id": 4
      },
      "akPubCert": {
       "type": "bytes",
       "id": 5
      },
      "releaseKey": {
       "type": "bytes",
       "id": 6
      }
     }
    },
    "MakeCredentialResponse": {
     "fields": {
      "responseID": {
       "type": "string",
       "id": 1
      },
      "inResponseTo": {
       "type": "string",
       "id": 2
      },
      "pcr": {
       "type": "int32",
       "id": 3
      },
      "credBlob": {
       "type": "bytes",
       "id": 4
      },
      "encryptedSecret": {
       "type": "bytes",
       "id": 5
      },
      "sessionId": {
       "type": "bytes",
       "id": 6
      },
      "pcrSelection": {
       "rule": "repeated",
       "type": "PcrSelection",
       "id": 7
      },
      "expiresInSeconds": {
       "type": "uint32",
       "id": 8
      }
     }
    },
    "ActivateCredentialRequest": {
     "fields": {
      "requestId": {
       "type": "string",
       "id": 1
      },
      "secret": {
       "type": "string",
       "id": 2
      },
      "attestation": {
       "type": "bytes",
       "id": 3
      },
      "signature": {
       "type": "bytes",
       "id": 4
      },
      "sessionId": {
       "type": "bytes",
       "id": 10
      },
      "signatureTpmt": {
       "type": "bytes",
       "id": 11
      },
      "pcrValues": {
       "rule": "repeated",
       "type": "PcrValue",
       "id": 12
      }
     }
    },
    "ActivateCredentialResponse": {
     "fields": {
      "responseID": {
       "type": "string",
       "id": 1
      },
      "inResponseTo": {
       "type": "string",
       "id": 2
      },
      "verified": {
       "type": "bool",
       "id": 3
      }
     }
    },
    "OfferQuoteRequest": {
     "fields": {
      "requestId": {
       "type": "string",
       "id": 1
      },
      "sessionId": {
       "type": "bytes",
       "id": 10
      }
     }
    },
    "OfferQuoteResponse": {
     "fields": {
      "responseID": {
       "type": "string",
       "id": 1
      },
      "inResponseTo": {
       "type": "string",
       "id": 2
      },
      "pcr": {
       "type": "int32",
       "id": 3
      },
      "nonce": {
       "type": "string",
       "id": 4
      },
      "sessionId": {
       "type": "bytes",
       "id": 6
      },
      "pcrSelection": {
       "rule": "repeated",
       "type": "PcrSelection",
       "id": 7
      },
      "expiresInSeconds": {
       "type": "uint32",
       "id": 8
      }
     }
    },
    "ProvideQuoteRequest": {
     "fields": {
      "requestId": {
       "type": "string",
       "id": 1
      },
      "attestation": {
       "type": "bytes",
       "id": 2
      },
      "signature": {
       "type": "bytes",
       "id": 3
      },
      "sessionId": {
       "type": "bytes",
       "id": 10
      },
      "signatureTpmt": {
       "type": "bytes",
       "id": 11
      },
      "pcrValues": {
       "rule": "repeated",
       "type": "PcrValue",
       "id": 12
      }
     }
    },
    "ProvideQuoteResponse": {
     "fields": {
      "responseID": {
       "type": "string",
       "id": 1
      },
      "inResponseTo": {
       "type": "string",
       "id": 2
      },
      "verified": {
       "type": "bool",
       "id": 3
      }
     }
    },
    "ProvideSigningKeyRequest": {
     "fields": {
      "requestId": {
       "type": "string",
       "id": 1
      },
      "signingkey": {
       "type": "bytes",
       "id": 2
      },
      "attestation": {
       "type": "bytes",
       "id": 3
      },
      "signature": {
       "type": "bytes",
       "id": 4
      },
      "sessionId": {
       "type": "bytes",
       "id": 10
      },
      "signatureTpmt": {
       "type": "bytes",
       "id": 11
      },
      "signingKeyPublic": {
       "type": "bytes",
       "id": 13
      }
     }
    },
    "ProvideSigningKeyResponse": {
     "fields": {
      "responseID": {
       "type": "string",
       "id": 1
      },
      "inResponseTo": {
       "type": "string",
       "id": 2
      },
      "verified": {
       "type": "bool",
       "id": 3
      }
     }
    },
    "PcrSelection": {
     "fields": {
      "hashAlg": {
       "type": "uint32",
       "id": 1
      },
      "index": {
       "rule": "repeated",
       "type": "uint32",
       "id": 2
      }
     }
    },
    "PcrValue": {
     "fields": {
      "index": {
       "type": "uint32",
       "id": 1
      },
      "digest": {
       "type": "bytes",
       "id": 2
      },
      "hashAlg": {
       "type": "uint32",
       "id": 3
      }
     }
    }
   }
  },
  "google": {
   "nested": {
    "rpc": {
     "nested": {
      "Status": {
       "fields": {
        "code": {
         "type": "int32",
         "id": 1
        },
        "message": {
         "type": "string",
         "id": 2
        },
        "details": {
         "rule": "repeated",
         "type": "DetailAny",
         "id": 3
        }
       }
      },
      "DetailAny": {
       "fields": {
        "type_url": {
         "type": "string",
         "id": 1
        },
        "value": {
         "type": "bytes",
         "id": 2
        }
       }
      },
      "ErrorInfo": {
       "fields": {
        "reason": {
         "type": "string",
         "id": 1
        },
        "domain": {
         "type": "string",
         "id": 2
        },
        "metadata": {
         "keyType": "string",
         "type": "string",
         "id": 3
        }
       }
      },
      "RetryInfo": {
       "fields": {
        "retry_delay": {
         "type": "RetryDelay",
         "id": 1
        }
       }
      },
      "RetryDelay": {
       "fields": {
        "seconds": {
         "type": "int64",
         "id": 1
        },
        "nanos": {
         "type": "int32",
         "id": 2
        }
       }
      }
     }
    }
   }
  }
 }
};
