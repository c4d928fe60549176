// Google's clients must never look for a real metadata server from a test.
process.env.METADATA_SERVER_DETECTION = 'none';
