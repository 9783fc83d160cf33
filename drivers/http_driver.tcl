# Tcl's package http under test, with its defaults: it keeps connections, and follows no redirects.
package require http
package require json
package require json::write

json::write indented 0
fconfigure stdout -buffering line -encoding utf-8
fconfigure stdin -encoding utf-8

proc string_of text {
    # Control characters, which json::write leaves as they are.
    set out ""
    foreach character [split $text ""] {
        scan $character %c code
        if {$code < 32 || $code == 34 || $code == 92 || $code > 126} {
            append out [format "\\u%04x" [expr {$code & 0xffff}]]
        } else {
            append out $character
        }
    }
    return "\"$out\""
}

puts [json::write object version 1 client [string_of "Tcl http [package present http] (Tcl [info patchlevel])"]]

while {[gets stdin line] >= 0} {
    set request [json::json2dict $line]
    set id [dict get $request id]
    set options [list -method [dict get $request method] -binary 1]
    set fields {}
    foreach field [dict get $request fields] { lappend fields [lindex $field 0] [lindex $field 1] }
    lappend options -headers $fields
    if {[dict exists $request content]} {
        lappend options -query [binary decode base64 [dict get $request content]] -type application/octet-stream
    }
    if {[dict get $request method] eq "HEAD"} { lappend options -validate 1 }
    if {[catch {http::geturl [dict get $request url] {*}$options} token]} {
        puts [json::write object id $id error [json::write object kind [string_of "raised"] text [string_of $token]]]
        continue
    }
    set status [http::status $token]
    if {$status ne "ok"} {
        set text [lindex [http::error $token] 0]
        puts [json::write object id $id error [json::write object kind [string_of $status] text [string_of $text]]]
    } else {
        set pairs {}
        foreach {name value} [http::meta $token] { lappend pairs "\[[string_of $name],[string_of $value]\]" }
        set content [binary encode base64 [http::data $token]]
        set code [http::ncode $token]
        if {![scan $code %d code]} { set code 0 }
        puts [json::write object id $id status $code fields "\[[join $pairs ,]\]" content [string_of $content]]
    }
    http::cleanup $token
}
