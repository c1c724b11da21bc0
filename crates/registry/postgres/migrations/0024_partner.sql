CREATE TABLE partner (
  node TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  identity TEXT COLLATE "C" NOT NULL,
  agreement TEXT COLLATE "C" NOT NULL,
  accepted_at BIGINT NOT NULL,
  left_at BIGINT
);
