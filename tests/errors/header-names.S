//@ state  saved=user: r99 = user_cr3(1); r14 = user_cr2(1)
//@ entry  begin
//@ expect cr3 == saved_cr3
start:
	ret
