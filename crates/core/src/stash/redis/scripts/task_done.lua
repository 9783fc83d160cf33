-- Counts the work for one item as done. Returns 0 if the work for all of them was done already.
-- KEYS: unfinished, done. ARGV: time to live (ms)
local unfinished = tonumber(redis.call('GET', KEYS[1]) or '0')
if unfinished <= 0 then return 0 end
if unfinished > 1 then
  redis.call('DECR', KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
else
  -- Those that wait for the end of the work wait for this element, and leave it there.
  redis.call('DEL', KEYS[1])
  redis.call('DEL', KEYS[2])
  redis.call('RPUSH', KEYS[2], 1)
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
return 1
