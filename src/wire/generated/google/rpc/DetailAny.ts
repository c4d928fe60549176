// Original file: refusal.proto


export interface DetailAny {
  'type_url'?: (string);
  'value'?: (Buffer | Uint8Array | string);
}

export interface DetailAny__Output {
  'type_url': (string);
  'value': (Buffer);
}
