-- Renews the lease of the lock. Returns 0 if the caller does not hold it.
-- KEYS: holder. ARGV: caller, lease (ms)
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
