-- Users for lists, derived from the journal. The index of the text within names is built where the database allows it.
CREATE TABLE user_directory
(
    user_id     text COLLATE "C" PRIMARY KEY,
    name        text COLLATE "C" NOT NULL, -- the user name in lower case
    search      text COLLATE "C" NOT NULL, -- user name and display name, folded
    status      smallint         NOT NULL,
    is_customer smallint         NOT NULL,
    is_operator smallint         NOT NULL,
    is_admin    smallint         NOT NULL,
    version     bigint           NOT NULL
);

CREATE INDEX user_by_name ON user_directory (name, user_id);
CREATE INDEX user_by_status ON user_directory (status, name, user_id);
CREATE INDEX user_operators ON user_directory (name, user_id) WHERE is_operator = 1;
CREATE INDEX user_admins ON user_directory (name, user_id) WHERE is_admin = 1;
